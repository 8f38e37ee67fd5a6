"""What the designer's tools say beside the problems themselves: pages about codes, output formats, mending."""
