"""The engine behind HTTP: FastAPI and uvicorn are imported in this room alone (the extra `api`)."""
