"""What is said of every problem, in Chinese and English, by what it is about. ``sop.problem_table`` joins them."""
