from django.urls import path

from committee import views

app_name = "committee"

urlpatterns = [
    path("", views.queue, name="queue"),
    path("<int:pk>/", views.dossier, name="dossier"),
    path("sittings/", views.sittings, name="sittings"),
    path("sittings/open/", views.open_new_sitting, name="open"),
    path("sittings/<int:pk>/", views.sitting, name="sitting"),
    path("sittings/<int:pk>/close/", views.close, name="close"),
]
