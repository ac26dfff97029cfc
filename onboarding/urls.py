from django.urls import path

from onboarding.views import books, first_run, mapping

app_name = "onboarding"

urlpatterns = [
    path("", books.imports, name="imports"),
    path("upload/", books.upload, name="upload"),
    path("setup/", first_run.set_up, name="first_run"),
    path("setup/money/", first_run.opening_money, name="opening_money"),
    path("<int:pk>/", books.book, name="book"),
    path("<int:pk>/meaning/", mapping.meaning, name="meaning"),
    path("<int:pk>/meaning/day/", mapping.change_day, name="change_day"),
    path("<int:pk>/meaning/<int:place>/", mapping.change_sheet, name="change_sheet"),
    path("<int:pk>/problems/", books.problems, name="problems"),
    path("<int:pk>/problems/file/", books.problems_file, name="problems_file"),
    path("<int:pk>/totals/", books.totals, name="totals"),
    path("<int:pk>/propose/", books.propose, name="propose"),
    path("<int:pk>/approve/", books.approve, name="approve"),
    path("<int:pk>/send-back/", books.return_to_proposer, name="send_back"),
    path("<int:pk>/drop/", books.drop, name="drop"),
    path("<int:pk>/undo/", books.undo, name="undo"),
    path("<int:pk>/progress/", books.progress, name="progress"),
]
