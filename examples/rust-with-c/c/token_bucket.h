/* A rate limiter: a bucket holds at most `burst` tokens and gains `per_second` of them. */
#pragma once

struct token_bucket {
	unsigned long long tokens;	/* in billionths, at most `burst` billion */
	unsigned long long updated;	/* nanoseconds */
	unsigned int per_second;
	unsigned int burst;
};

/* Fills `bucket` up to the moment `now`, and takes `cost` tokens when it holds them.
 * Returns 1 when they were taken, else 0. */
int token_bucket_take(struct token_bucket *bucket, unsigned long long now, unsigned int cost);

/* The smaller one. */
unsigned long long least(unsigned long long a, unsigned long long b);
