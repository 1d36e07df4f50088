"""What a JSON line may hold."""

Json = dict[str, "Json"] | list["Json"] | str | float | int | bool | None
Record = dict[str, Json]
