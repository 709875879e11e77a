# Opens a document in the editor. Each save is a version, which your webhook is told of.
# PowerShell 7.
#
#   $env:URL = 'http://127.0.0.1:8000'; $env:ACCESS_KEY = '...'; ./examples/edit.ps1 FILE
param([Parameter(Mandatory)] [string] $File)
$ErrorActionPreference = 'Stop'
$headers = @{ 'x-api-key' = $env:ACCESS_KEY }
$name = [uri]::EscapeDataString((Split-Path $File -Leaf))

# Once for each document: the portal keeps it, with all its versions.
$kept = Invoke-RestMethod "$env:URL/api/v1/work-files?name=$name" -Method Post `
    -Headers $headers -ContentType 'application/octet-stream' -InFile $File
Write-Output "File: $($kept.id)"

# For each visit: a token, which opens the editor once, within 15 minutes.
$wanted = @{ userId = 'user-1'; file = $kept.id; access = 'edit' }
$granted = Invoke-RestMethod "$env:URL/generate" -Method Post -Headers $headers `
    -ContentType 'application/json' -Body ($wanted | ConvertTo-Json)
Write-Output "Link: $env:URL/editor?apitoken=$($granted.token)"
