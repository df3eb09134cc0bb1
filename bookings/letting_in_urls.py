"""Addresses of letting people in, for administrators. What was done there is remembered under these names."""

from django.urls import path

from bookings.views import letting_in

app_name = "letting_in"
urlpatterns = [
    path("", letting_in.organisers, name="organisers"),
    path("<int:pk>/", letting_in.organiser, name="organiser"),
    path("<int:pk>/forget-second-factor/", letting_in.forget_second_factor, name="forget_second_factor"),
]
