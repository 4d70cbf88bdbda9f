"""The console: the screen that shows the engine and drives it, all of it through `EngineHandle`."""
