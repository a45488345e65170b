"""What a search is narrowed to beside the one door: place, kind, dates, the fields of `request.Filter`, as conditions of documents."""
