"""Citations and quotations of a text, judged against the law library: `draft.check` is the door.

words -> comparing        a quotation against a text
quotations                which quotations a draft has, and to which citation each belongs
names, possible           whether a name fits a ruling; what can't be, without any library
judging                   what is said of one citation
"""
