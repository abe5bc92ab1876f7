"""Where the strands meet: links, the convergence rule, and the joint display. Results come in as tables."""
