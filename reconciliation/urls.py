from django.urls import path, re_path

from reconciliation.views import lines, returns, schedules, suspense

app_name = "reconciliation"

urlpatterns = [
    path("", returns.returns, name="returns"),
    path("returns/import/", returns.bring_in, name="import"),
    path("returns/<int:pk>/", returns.workspace, name="workspace"),
    path("returns/<int:pk>/reading/", returns.how_it_was_read, name="reading"),
    path("returns/<int:pk>/accept-sure/", returns.accept_sure, name="accept_sure"),
    path("returns/<int:pk>/charge/", returns.charge, name="charge"),
    path("returns/<int:pk>/post/", returns.post, name="post"),
    path("returns/<int:pk>/go-on/", returns.go_on, name="go_on"),
    path("returns/<int:pk>/progress/", returns.progress, name="progress"),
    path("returns/<int:pk>/take-back/", returns.take_back, name="take_back"),
    path("returns/<int:pk>/exceptions.xlsx", returns.exceptions_file, name="exceptions"),
    path("lines/<int:pk>/", lines.line, name="line"),
    path("lines/<int:pk>/accept/", lines.accept, name="accept"),
    path("lines/<int:pk>/reject/", lines.reject, name="reject"),
    path("lines/<int:pk>/find/", lines.find, name="find"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/prepare/", schedules.prepare, name="prepare"),
    path("schedules/<int:pk>/", schedules.schedule, name="schedule"),
    path("schedules/<int:pk>/members/<int:line_pk>/", schedules.deduction, name="deduction"),
    path("schedules/<int:pk>/issue/", schedules.issue, name="issue"),
    re_path(r"^schedules/(?P<pk>\d+)/deductions\.(?P<kind>xlsx|csv)$", schedules.schedule_file, name="schedule_file"),
    path("suspense/", suspense.suspense, name="suspense"),
    path("suspense/<int:pk>/", suspense.item, name="suspense_item"),
    path("suspense/<int:pk>/clear/", suspense.clear, name="clear"),
]
