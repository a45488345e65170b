from tasks.views.detail import task_action, task_detail
from tasks.views.listing import task_list
from tasks.views.many import act_on_many
from tasks.views.overview import task_board

__all__ = ["act_on_many", "task_action", "task_board", "task_detail", "task_list"]
