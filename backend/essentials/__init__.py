"""Essential information: articles, their editorial workflow, and what the public sees of them."""
