"""How accurately a system reads the field: measures over gold and predicted documents."""
