"""Composition: the processes of the product and the gongdan command."""
