from analytics.admin import ratings as ratings
