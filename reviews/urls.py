"""What patients say. The moderators' screens are under /admin/reviews/."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from reviews.views.mine import appeal, link, mine, take_back
from reviews.views.new import invited, new, no_invitations
from reviews.views.report import report
from reviews.views.reviews import reviews

urlpatterns: list[URLPattern | URLResolver] = [
    path("reviews/", reviews, name="reviews"),
    path("reviews/new/", new, name="review_new"),
    path("reviews/new/no-invitations/", no_invitations, name="review_no_invitations"),
    # /r/: about one review, for one person
    path("r/invited/<str:token>/", invited, name="review_invited"),
    path("r/mine/", mine, name="review_mine"),
    path("r/mine/take-back/", take_back, name="review_take_back"),
    path("r/mine/appeal/", appeal, name="review_appeal"),
    path("r/mine/<str:token>/", link, name="review_link"),
    path("r/report/<int:review>/", report, name="review_report"),
]
