from tasks.views.detail import task_action, task_detail
from tasks.views.health import health_trend
from tasks.views.listing import task_list
from tasks.views.many import act_on_many
from tasks.views.overview import task_board
from tasks.views.schedules import run_schedule, schedule_list

__all__ = ["act_on_many", "health_trend", "run_schedule", "schedule_list", "task_action", "task_board", "task_detail", "task_list"]
