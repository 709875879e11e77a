# Shows a person what changed between two Word documents, and lists the changes. PowerShell 7.
#
#   $env:URL = 'http://127.0.0.1:8000'; $env:CLIENT_ID = '...'; $env:CLIENT_SECRET = '...'
#   ./examples/compare.ps1 ORIGINAL REVISED
param([Parameter(Mandatory)] [string] $Original, [Parameter(Mandatory)] [string] $Revised)
$ErrorActionPreference = 'Stop'

$pair = [Text.Encoding]::UTF8.GetBytes("${env:CLIENT_ID}:${env:CLIENT_SECRET}")
$token = Invoke-RestMethod "$env:URL/o/token/" -Method Post `
    -Headers @{ Authorization = "Basic $([Convert]::ToBase64String($pair))" } `
    -Body @{ grant_type = 'client_credentials' }
$headers = @{ Authorization = "Bearer $($token.access_token)" }
$opened = Invoke-RestMethod "$env:URL/PCCIS/V1/ViewingSession" -Method Post -Headers $headers `
    -ContentType 'application/json' -Body (@{ externalId = 'Comparison' } | ConvertTo-Json)
$id = $opened.viewingSessionId

# The comparison begins by itself when both are there.
$sides = @{ original = $Original; revised = $Revised }
foreach ($side in $sides.Keys) {
    Invoke-RestMethod "$env:URL/v2/viewingSessions/$id/sourceFile/$side" -Method Put `
        -Headers $headers -ContentType 'application/octet-stream' -InFile $sides[$side] | Out-Null
}
Write-Output "Link: $env:URL/view/u$id"

# 504 until it is done. Only `proof` tells whether the list is all there is.
do {
    $answer = Invoke-WebRequest "$env:URL/v2/viewingSessions/$id/revisionData" -SkipHttpErrorCheck
} while ($answer.StatusCode -eq 504)
if ($answer.StatusCode -ne 200) { throw $answer.Content }
$found = $answer.Content | ConvertFrom-Json
foreach ($change in $found.revisions) { Write-Output "$($change.kind): $($change.text)" }
Write-Output "Proof: $($found.proof | ConvertTo-Json -Compress)"
