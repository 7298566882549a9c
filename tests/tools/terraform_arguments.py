"""The arguments of Terraform's AWS provider that resources of ours may have. Source: the provider's pages `docs/r/ecs_*`, `appautoscaling_*`,
`scheduler_schedule` and `cloudwatch_metric_alarm`, and Terraform's own meta-arguments.

A block is a dict of its arguments; VALUE is an argument that has none below it; WORDS is a map whose keys are the user's own.
"""

VALUE = None
WORDS = "words"


def values(names):
    return dict.fromkeys(names.split(), VALUE)


META = {"depends_on": VALUE, "lifecycle": values("prevent_destroy ignore_changes")}
STRATEGY = values("base capacity_provider weight")
CONSTRAINT = values("type expression")
NETWORK = values("subnets security_groups assign_public_ip")
RANGE = values("min max")
LOGS = {**values("log_driver"), "options": WORDS, "secret_option": values("name value_from")}
METRIC = {**values("metric_name namespace period unit"), "dimensions": WORDS}

ARGUMENTS = {
    "aws_ecs_cluster": {
        **META,
        **values("name region"),
        "tags": WORDS,
        "setting": values("name value"),
        "service_connect_defaults": values("namespace"),
        "configuration": {
            "execute_command_configuration": {
                **values("kms_key_id logging"),
                "log_configuration": values(
                    "cloud_watch_encryption_enabled cloud_watch_log_group_name s3_bucket_name s3_bucket_encryption_enabled s3_key_prefix"
                ),
            },
            "managed_storage_configuration": values("fargate_ephemeral_storage_kms_key_id kms_key_id"),
        },
    },
    "aws_ecs_cluster_capacity_providers": {**META, **values("capacity_providers cluster_name region"), "default_capacity_provider_strategy": STRATEGY},
    "aws_ecs_capacity_provider": {
        **META,
        **values("name cluster region"),
        "tags": WORDS,
        "auto_scaling_group_provider": {
            **values("auto_scaling_group_arn managed_draining managed_termination_protection"),
            "managed_scaling": values("instance_warmup_period maximum_scaling_step_size minimum_scaling_step_size status target_capacity"),
        },
        "managed_instances_provider": {
            **values("infrastructure_role_arn propagate_tags"),
            "infrastructure_optimization": values("scale_in_after"),
            "instance_launch_template": {
                **values("capacity_option_type ec2_instance_profile_arn monitoring"),
                "local_storage_configuration": values("use_local_storage"),
                "network_configuration": values("subnets security_groups"),
                "storage_configuration": values("storage_size_gib"),
                "instance_requirements": {
                    **values(
                        "accelerator_manufacturers accelerator_names accelerator_types allowed_instance_types bare_metal burstable_performance"
                        " cpu_manufacturers excluded_instance_types instance_generations local_storage local_storage_types"
                        " max_spot_price_as_percentage_of_optimal_on_demand_price on_demand_max_price_percentage_over_lowest_price"
                        " require_hibernate_support spot_max_price_percentage_over_lowest_price"
                    ),
                    **dict.fromkeys(
                        "accelerator_count accelerator_total_memory_mib baseline_ebs_bandwidth_mbps memory_gib_per_vcpu memory_mib"
                        " network_bandwidth_gbps network_interface_count total_local_storage_gb vcpu_count".split(),
                        RANGE,
                    ),
                },
            },
        },
    },
    "aws_ecs_task_definition": {
        **META,
        **values(
            "container_definitions cpu enable_fault_injection execution_role_arn family ipc_mode memory network_mode pid_mode region"
            " requires_compatibilities skip_destroy task_role_arn track_latest"
        ),
        "tags": WORDS,
        "ephemeral_storage": values("size_in_gib"),
        "placement_constraints": CONSTRAINT,
        "proxy_configuration": {**values("container_name type"), "properties": WORDS},
        "runtime_platform": values("cpu_architecture operating_system_family"),
        "volume": {
            **values("name host_path configure_at_launch"),
            "docker_volume_configuration": {**values("autoprovision driver scope"), "driver_opts": WORDS, "labels": WORDS},
            "efs_volume_configuration": {
                **values("file_system_id root_directory transit_encryption transit_encryption_port"),
                "authorization_config": values("access_point_id iam"),
            },
            "fsx_windows_file_server_volume_configuration": {
                **values("file_system_id root_directory"),
                "authorization_config": values("credentials_parameter domain"),
            },
        },
    },
    "aws_ecs_service": {
        **META,
        **values(
            "availability_zone_rebalancing cluster deployment_maximum_percent deployment_minimum_healthy_percent desired_count"
            " enable_ecs_managed_tags enable_execute_command force_delete force_new_deployment health_check_grace_period_seconds iam_role"
            " launch_type name platform_version propagate_tags region scheduling_strategy task_definition wait_for_steady_state"
        ),
        "tags": WORDS,
        "triggers": WORDS,
        "alarms": values("alarm_names enable rollback"),
        "capacity_provider_strategy": STRATEGY,
        "deployment_circuit_breaker": values("enable rollback"),
        "deployment_controller": values("type"),
        "deployment_configuration": {
            **values("strategy bake_time_in_minutes"),
            "canary_configuration": values("canary_percent canary_bake_time_in_minutes"),
            "linear_configuration": values("step_percent step_bake_time_in_minutes"),
            "lifecycle_hook": values("hook_target_arn role_arn lifecycle_stages hook_details"),
        },
        "load_balancer": {
            **values("container_name container_port elb_name target_group_arn"),
            "advanced_configuration": values("alternate_target_group_arn production_listener_rule role_arn test_listener_rule"),
        },
        "network_configuration": NETWORK,
        "ordered_placement_strategy": values("type field"),
        "placement_constraints": CONSTRAINT,
        "service_registries": values("registry_arn port container_port container_name"),
        "service_connect_configuration": {
            **values("enabled namespace"),
            "access_log_configuration": values("format include_query_parameters"),
            "log_configuration": LOGS,
            "service": {
                **values("discovery_name ingress_port_override port_name"),
                "client_alias": {
                    **values("dns_name port"),
                    "test_traffic_rules": {"header": {**values("name"), "value": values("exact")}},
                },
                "timeout": values("idle_timeout_seconds per_request_timeout_seconds"),
                "tls": {**values("kms_key role_arn"), "issuer_cert_authority": values("aws_pca_authority_arn")},
            },
        },
        "volume_configuration": {
            **values("name"),
            "managed_ebs_volume": {
                **values(
                    "encrypted file_system_type iops kms_key_id role_arn size_in_gb snapshot_id throughput volume_initialization_rate volume_type"
                ),
                "tag_specifications": {**values("resource_type propagate_tags"), "tags": WORDS},
            },
        },
        "vpc_lattice_configurations": values("role_arn target_group_arn port_name"),
    },
    "aws_appautoscaling_target": {**META, **values("max_capacity min_capacity resource_id role_arn scalable_dimension service_namespace")},
    "aws_appautoscaling_policy": {
        **META,
        **values("name policy_type resource_id scalable_dimension service_namespace"),
        "target_tracking_scaling_policy_configuration": {
            **values("target_value disable_scale_in scale_in_cooldown scale_out_cooldown"),
            "predefined_metric_specification": values("predefined_metric_type resource_label"),
        },
    },
    "aws_scheduler_schedule": {
        **META,
        **values("description end_date group_name kms_key_arn name schedule_expression schedule_expression_timezone start_date state"),
        "flexible_time_window": values("mode maximum_window_in_minutes"),
        "target": {
            **values("arn role_arn input"),
            "dead_letter_config": values("arn"),
            "retry_policy": values("maximum_event_age_in_seconds maximum_retry_attempts"),
            "ecs_parameters": {
                **values(
                    "enable_ecs_managed_tags enable_execute_command group launch_type platform_version propagate_tags reference_id task_count"
                    " task_definition_arn"
                ),
                "tags": WORDS,
                "capacity_provider_strategy": STRATEGY,
                "network_configuration": NETWORK,
                "placement_constraints": CONSTRAINT,
                "placement_strategy": values("type field"),
            },
        },
    },
    "aws_cloudwatch_metric_alarm": {
        **META,
        **METRIC,
        **values(
            "actions_enabled alarm_actions alarm_description alarm_name comparison_operator datapoints_to_alarm evaluation_periods"
            " extended_statistic insufficient_data_actions ok_actions statistic threshold treat_missing_data"
        ),
        "tags": WORDS,
        "metric_query": {**values("id expression label return_data period"), "metric": {**METRIC, **values("stat")}},
    },
}


def unknown_arguments(resource, known, place):
    """The places in `resource` that the provider has no argument for."""
    if isinstance(resource, list):
        for item in resource:
            yield from unknown_arguments(item, known, place)
    elif isinstance(resource, dict):
        if known is WORDS:
            return
        if known is VALUE:
            yield place + " is no block"
            return
        for name, value in resource.items():
            if name in known:
                yield from unknown_arguments(value, known[name], f"{place}.{name}")
            else:
                yield f"{place}.{name}"
