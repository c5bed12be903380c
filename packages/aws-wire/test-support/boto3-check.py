"""Calls the server at AWS_ENDPOINT_URL with boto3 and prints what boto3 made of the answers, as JSON."""

import datetime
import json
import os
import urllib.request

import boto3
from botocore.config import Config

config = Config(retries={"total_max_attempts": 1})
ecs, sts, elbv2, cloudwatch = (
    boto3.client(service, config=config, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    for service in ["ecs", "sts", "elbv2", "cloudwatch"]
)


def error_of(call, kind):
    try:
        call()
    except kind as error:
        return [type(error).__name__, error.response["Error"]["Code"], error.response["Error"]["Message"]]
    return None


result = {}
tasks = ecs.describe_tasks(cluster="zażółć", tasks=["a b"])
result["task"] = {
    "arn": tasks["tasks"][0]["taskArn"],
    "createdAt": tasks["tasks"][0]["createdAt"].astimezone(datetime.timezone.utc).isoformat(),
    "requestId": tasks["ResponseMetadata"]["RequestId"],
}
result["ecsError"] = error_of(
    lambda: ecs.describe_services(cluster="x", services=["y"]), ecs.exceptions.ClusterNotFoundException
)
result["identity"] = sts.get_caller_identity()["Arn"]
balancers = elbv2.describe_load_balancers(Names=["one", "two & three"])["LoadBalancers"]
result["balancers"] = [[b["LoadBalancerName"], b["CreatedTime"].isoformat()] for b in balancers]
result["queryError"] = error_of(
    lambda: elbv2.delete_load_balancer(LoadBalancerArn="x"), elbv2.exceptions.LoadBalancerNotFoundException
)
metric = {"MetricName": "m" * 200, "Value": 1.5, "Timestamp": datetime.datetime(2026, 1, 2, 3, 4, 5)}
cloudwatch.put_metric_data(Namespace="n", MetricData=[metric] * 100)
result["queryModeError"] = error_of(
    lambda: cloudwatch.put_dashboard(DashboardName="x", DashboardBody="{}"),
    cloudwatch.exceptions.DashboardInvalidInputError,
)
result["presigned"] = []
for method in ["GET", "POST"]:
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod=method)
    body = b"" if method == "POST" else None
    result["presigned"].append(urllib.request.urlopen(url, data=body).read().decode())
print(json.dumps(result))
