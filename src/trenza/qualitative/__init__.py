"""The coded interviews: the codebook's tree, its checks, and counts of segments and schools."""
