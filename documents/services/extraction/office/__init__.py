"""What the parsers of office files share: packages of XML, Word's numbering and hidden text, tracked changes, cells, old Word files."""
