"""A boto3 session as a user's script would have it; prints what it saw as one JSON object."""

import json

import boto3

ecs = boto3.client("ecs")
definition = ecs.register_task_definition(
    family="boto",
    containerDefinitions=[
        {
            "name": "web",
            "image": "localhost/homeport-sample:1",
            "memory": 32,
            "essential": True,
            "portMappings": [{"containerPort": 80}],
        }
    ],
)["taskDefinition"]["taskDefinitionArn"]

ecs.create_service(serviceName="boto", taskDefinition=definition, desiredCount=3)
ecs.get_waiter("services_stable").wait(services=["boto"], WaiterConfig={"Delay": 1})

pages = ecs.get_paginator("list_tasks").paginate(serviceName="boto", PaginationConfig={"PageSize": 2})
arns = [arn for page in pages for arn in page["taskArns"]]
service = ecs.describe_services(services=["boto"])["services"][0]

ecs.update_service(service="boto", desiredCount=0)
ecs.get_waiter("tasks_stopped").wait(tasks=arns, WaiterConfig={"Delay": 1})
ecs.delete_service(service="boto")
ecs.get_waiter("services_inactive").wait(services=["boto"], WaiterConfig={"Delay": 1})

try:
    ecs.list_tasks(cluster="nowhere")
    missing = None
except ecs.exceptions.ClusterNotFoundException as error:
    missing = error.response["Error"]["Code"]

stopped = ecs.describe_tasks(tasks=arns)["tasks"]
print(
    json.dumps(
        {
            "paged_task_count": len(arns),
            "deployments": [[d["status"], d["runningCount"]] for d in service["deployments"]],
            "stopped": all(task["lastStatus"] == "STOPPED" for task in stopped),
            "missing": missing,
            "inactive": ecs.describe_services(services=["boto"])["services"][0]["status"],
        }
    )
)
