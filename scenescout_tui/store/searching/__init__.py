"""Events found by their words: what is kept of them, how it is kept up, and how it is asked."""
