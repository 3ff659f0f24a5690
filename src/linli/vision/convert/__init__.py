"""Published models made into ONNX: once, when they are fetched. Needs the packages of the extra `models`."""
