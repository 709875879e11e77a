# Reads the data out of a document, and gives a person a page to check it on. PowerShell 7.
#
#   $env:URL = 'http://127.0.0.1:8000'; $env:CLIENT_ID = '...'; $env:CLIENT_SECRET = '...'
#   ./examples/extract.ps1 FILE
param([Parameter(Mandatory)] [string] $File)
$ErrorActionPreference = 'Stop'

$pair = [Text.Encoding]::UTF8.GetBytes("${env:CLIENT_ID}:${env:CLIENT_SECRET}")
$token = Invoke-RestMethod "$env:URL/o/token/" -Method Post `
    -Headers @{ Authorization = "Basic $([Convert]::ToBase64String($pair))" } `
    -Body @{ grant_type = 'client_credentials' }
$headers = @{ Authorization = "Bearer $($token.access_token)" }

# The key of a partition is yours: one for each of your users keeps their documents apart.
$session = Invoke-RestMethod "$env:URL/session/start" -Method Post -Headers $headers `
    -ContentType 'application/json' -Body (@{ partitionKey = 'user-1' } | ConvertTo-Json)
$headers['Session-Id'] = $session.sessionId

# The data at once, or a request when it takes longer: then ask until it has ended.
$data = Invoke-RestMethod "$env:URL/documents/append" -Method Post -Headers $headers `
    -Form @{ document = Get-Item $File }
while ($data.status -in 'queued', 'running') {
    Start-Sleep -Seconds 1
    $data = Invoke-RestMethod "$env:URL/requests/$($data.requestId)" -Headers $headers
}
if ($data.status -eq 'failed') { throw ($data | ConvertTo-Json) }
if ($data.result) { $data = $data.result }
Write-Output "Class: $($data.classIdentifier)"
foreach ($field in $data.fields.PSObject.Properties) {
    $found = $field.Value
    Write-Output ('{0}: {1} (page {2}, {3:F2})' -f $field.Name, $found.value, ($found.page + 1), $found.confidence)
}

# Whoever has this address may see and correct the data while the session lives.
$review = Invoke-RestMethod "$env:URL/session/review" -Method Post -Headers $headers `
    -ContentType 'application/json' -Body (@{ reviewer = 'J. Doe' } | ConvertTo-Json)
Write-Output "Review: $($review.reviewUrl)"

# Ending the session destroys the data and the working copies.
if (-not $env:KEEP) {
    Invoke-RestMethod "$env:URL/session/end" -Method Post -Headers $headers `
        -ContentType 'application/json' `
        -Body (@{ sessionId = $session.sessionId } | ConvertTo-Json) | Out-Null
    Write-Output 'Ended.'
}
