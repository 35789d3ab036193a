"""One file for each way to answer: its connections, its models, its methods named like the cases."""
