"""What must stay fast, as ratios to a floor measured in the same run: `make bench`.

Figures in milliseconds tell of the machine; ratios tell of the code.
"""
