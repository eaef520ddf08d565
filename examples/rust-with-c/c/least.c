#include "token_bucket.h"

unsigned long long least(unsigned long long a, unsigned long long b)
{
	return a < b ? a : b;
}
