"""The plugins of the house; an instance's own folder of plugins joins this package's path."""
