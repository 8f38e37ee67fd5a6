"""The hands: connectors, dispatch, classification and the projection; everything that can fail."""
