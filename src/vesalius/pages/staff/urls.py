"""Addresses of the staff site."""

from django.urls import URLPattern, path

from vesalius.pages.assets import static_file
from vesalius.pages.staff.help import accessibility, guide, help_page
from vesalius.pages.staff.house import account, audit, jobs, people
from vesalius.pages.staff.releases import plans, purges, recipes, withdrawals
from vesalius.pages.staff.review import files, inbox, series, submissions
from vesalius.pages.theme import choose_theme

urlpatterns: list[URLPattern] = [
    path("static/<path:path>", static_file, name="static"),
    path("theme/", choose_theme, name="theme"),
    path("help/", help_page, name="help"),
    path("help/guides/<slug:name>/", guide, name="guide"),
    path("help/accessibility/", accessibility, name="accessibility"),
    path("account/login/", account.SignIn.as_view(), name="login"),
    path("account/logout/", account.sign_out, name="logout"),
    path("", inbox.inbox, name="inbox"),
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/<int:number>/", submissions.submission, name="submission"),
    path("submissions/<int:number>/paths/", submissions.paths, name="submission-paths"),
    path("submissions/<int:number>/files/", submissions.files, name="submission-files"),
    path("series/<str:uid>/", series.series, name="series"),
    path("series/<str:uid>/values/", series.values, name="series-values"),
    path("series/<str:uid>/preview/<int:place>/", series.preview, name="series-preview"),
    path("series/<str:uid>/header/", series.header, name="series-header"),
    path("series/<str:uid>/verdict/", series.judge, name="series-verdict"),
    path("series/<str:uid>/settle/", series.settle, name="series-settle"),
    path("series/<str:uid>/reclean/", series.reclean, name="series-reclean"),
    path("files/exclude/", files.exclude_many, name="files-exclude"),
    path("files/<int:file_id>/", files.file, name="file"),
    path("files/<int:file_id>/path/", files.path, name="file-path"),
    path("files/<int:file_id>/inspect/", files.inspect_again, name="file-inspect"),
    path("files/<int:file_id>/exclude/", files.exclude, name="file-exclude"),
    path("releases/", plans.holdings, name="holdings"),
    path("holdings/new/", people.new_holding, name="holding-new"),
    path("holdings/make/", people.create_holding, name="holding-make"),
    path("releases/plans/<int:number>/", plans.plan, name="plan"),
    path("releases/plans/<int:number>/take-in/", plans.take_in, name="plan-take-in"),
    path("releases/plans/<int:number>/drop/", plans.drop, name="plan-drop"),
    path("releases/plans/<int:number>/confirm/", plans.confirm, name="plan-confirm"),
    path("releases/plans/<int:number>/publish/", plans.publish, name="plan-publish"),
    path("releases/<str:name>/", plans.holding, name="holding"),
    path("releases/<str:name>/plan/", plans.draft, name="plan-draft"),
    path("releases/<str:name>/recipe/", recipes.recipe, name="recipe"),
    path("releases/<str:name>/recipe/adopt/", recipes.adopt, name="recipe-adopt"),
    path("releases/<str:name>/withdraw/", withdrawals.withdrawal, name="withdrawal"),
    path("releases/<str:name>/withdrawn/", withdrawals.withdraw, name="withdraw"),
    path("releases/<str:name>/restored/", withdrawals.restore, name="restore"),
    path("purges/", purges.purges, name="purges"),
    path("purges/ask/", purges.ask, name="purge-ask"),
    path("purges/<int:number>/confirm/", purges.confirm, name="purge-confirm"),
    path("purges/<int:number>/take-back/", purges.take_back, name="purge-take-back"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<str:side>/<int:number>/retry/", jobs.retry, name="job-retry"),
    path("jobs/<str:side>/<int:number>/cancel/", jobs.cancel, name="job-cancel"),
    path("audit/", audit.audit, name="audit"),
    path("people/", people.people, name="people"),
    path("people/create/", people.create, name="person-create"),
    path("people/staff/<str:name>/roles/", people.set_roles, name="person-roles"),
    path("people/<str:site>/<str:name>/", people.person, name="person"),
    path("people/<str:site>/<str:name>/password/", people.set_password, name="person-password"),
    path("people/<str:site>/<str:name>/active/", people.set_active, name="person-active"),
    path("people/<str:site>/<str:name>/grant/", people.grant, name="person-grant"),
    path("people/<str:site>/<str:name>/take-back/", people.take_back, name="person-take-back"),
]
