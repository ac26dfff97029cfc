from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read/", views.read_all, name="read_all"),
    path("messages/<int:pk>/read/", views.read, name="read"),
    path("practice/messages/", views.practice_outbox, name="practice_outbox"),
]
