"""One ruling that several sources give is one authority: which are the same, and how two become one."""
