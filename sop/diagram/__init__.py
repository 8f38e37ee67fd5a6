"""A definition as a picture: its flow as a graph, laid out, drawn as SVG or written as Mermaid."""
