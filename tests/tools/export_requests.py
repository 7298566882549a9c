"""The requests that `berth export --to taskdef` writes: what each file is called, and whose operation it is."""

# The middle of a file's name -> (service, operation).
OPERATIONS = {
    "create-cluster": ("ecs", "CreateCluster"),
    "create-capacity-provider": ("ecs", "CreateCapacityProvider"),
    "put-cluster-capacity-providers": ("ecs", "PutClusterCapacityProviders"),
    "register-task-definition": ("ecs", "RegisterTaskDefinition"),
    "create-service": ("ecs", "CreateService"),
    "create-schedule": ("scheduler", "CreateSchedule"),
    "put-metric-alarm": ("cloudwatch", "PutMetricAlarm"),
}
SERVICES = {service for service, _ in OPERATIONS.values()}
# Members that the installed model of the API does not have yet.
AHEAD_OF_MODEL = {"thresholdConfiguration", "resetOnHealthyTask"}


def without_news(value):
    """The request without members that the model does not have yet."""
    if isinstance(value, list):
        return [without_news(item) for item in value]
    if isinstance(value, dict):
        return {key: without_news(member) for key, member in value.items() if key not in AHEAD_OF_MODEL}
    return value
