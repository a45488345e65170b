from analytics.admin import impressions

__all__ = ["impressions"]
