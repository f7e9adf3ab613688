"""Addresses of the roadmap."""

from django.urls import path

from roadmap.views import catalogue, interventions, plan, programmes

urlpatterns = [
    path("", programmes.programme_current, name="programme_current"),
    path("programmes/", programmes.programme_list, name="programme_list"),
    path("programmes/new/", programmes.programme_new, name="programme_new"),
    path("programmes/<int:pk>/", programmes.programme_detail, name="programme_detail"),
    path("programmes/<int:pk>/time/", programmes.programme_time, name="programme_time"),
    path("programmes/<int:pk>/list/", plan.programme_plan, name="programme_plan"),
    path("programmes/<int:pk>/list/change/", plan.programme_change, name="programme_change"),
    path(
        "programmes/<int:pk>/list/changes/<int:change>/undo/",
        plan.programme_change_undo,
        name="programme_change_undo",
    ),
    path("programmes/<int:pk>/balance/", programmes.programme_balance, name="programme_balance"),
    path("programmes/<int:pk>/edit/", programmes.programme_edit, name="programme_edit"),
    path("programmes/<int:pk>/make-current/", programmes.programme_make_current, name="programme_make_current"),
    path("programmes/<int:pk>/delete/", programmes.programme_delete, name="programme_delete"),
    path("programmes/<int:pk>/steps/<int:number>/", programmes.step_detail, name="step_detail"),
    path("programmes/<int:pk>/steps/<int:number>/edit/", programmes.step_edit, name="step_edit"),
    path("programmes/<int:pk>/interventions/new/", interventions.intervention_new, name="intervention_new"),
    path("interventions/<int:pk>/", interventions.intervention_detail, name="intervention_detail"),
    path("interventions/<int:pk>/edit/", interventions.intervention_edit, name="intervention_edit"),
    path("interventions/<int:pk>/delete/", interventions.intervention_delete, name="intervention_delete"),
    path("interventions/<int:pk>/state/", interventions.intervention_state, name="intervention_state"),
    path("interventions/<int:pk>/actions/new/", interventions.intervention_action_new, name="intervention_action_new"),
    path("catalogue/", catalogue.catalogue_list, name="catalogue_list"),
    path("catalogue/<slug:key>/", catalogue.catalogue_detail, name="catalogue_detail"),
    path("catalogue/<slug:key>/example/", catalogue.catalogue_example, name="catalogue_example"),
]
