#include "token_bucket.h"

#define BILLION 1000000000ULL

/* A longer silence counts as this long, so that its product with a rate stays below 2^64. */
#define LONGEST (4 * BILLION)

int token_bucket_take(struct token_bucket *bucket, unsigned long long now, unsigned int cost)
{
	unsigned long long full = bucket->burst * BILLION;
	unsigned long long price = cost * BILLION;

	if (now > bucket->updated) {
		unsigned long long elapsed = least(now - bucket->updated, LONGEST);

		bucket->tokens += least(elapsed * bucket->per_second, full - bucket->tokens);
		bucket->updated = now;
	}
	if (bucket->tokens < price)
		return 0;
	bucket->tokens -= price;
	return 1;
}
