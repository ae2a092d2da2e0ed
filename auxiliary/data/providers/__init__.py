"""The data sets that can be fetched by name, one module per publisher."""
