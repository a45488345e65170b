from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """{count, next, previous, results}, 50 at a time, at most 200 with ?page_size=."""

    page_size_query_param = "page_size"
    max_page_size = 200
