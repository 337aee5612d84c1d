"""The rooms of the house: places, accounts, essentials, feedback, broadcasts, devices, feeds and pages."""
