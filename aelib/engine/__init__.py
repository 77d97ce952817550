"""Any decoder -> what a browser runs, or the reason why the kernel answers instead."""
