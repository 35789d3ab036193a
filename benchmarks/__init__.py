"""Speed, as ratios to hand-written psycopg in one interleaved run: `python -m benchmarks`."""
