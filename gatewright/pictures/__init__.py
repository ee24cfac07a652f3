"""Pictures as SVG, drawn without a library: timing diagrams and schematics."""
