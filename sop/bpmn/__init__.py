"""A definition as BPMN 2.0: what it means in that notation, where everything stands, and the XML."""
