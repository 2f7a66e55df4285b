"""Sign in and out; both are written down."""

from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from vesalius.audit.trail import record
from vesalius.pages.staff.door import who
from vesalius.settings.routing import on_intake


class SignIn(LoginView):
    """`/account/login/`."""

    template_name = "staff/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The right name and password."""
        with on_intake():
            answer = super().form_valid(form)
            name = form.get_user().get_username()
            record("person.sign-in", person=name, target_kind="person", target=name)
        return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """`/account/logout/`."""
    if request.user.is_authenticated:
        with on_intake():
            record("person.sign-out", person=who(request), target_kind="person", target=who(request))
        logout(request)
    return redirect("/account/login/")
