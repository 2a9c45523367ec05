"""One cell to one value: what people write in tables, read as texts, phones, dates, amounts. Pure; refusals say why."""
