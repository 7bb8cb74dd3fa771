# State in Azure Storage. Nothing here says how to sign in: `entrada exec --for terraform` sets what the backend and the provider read.
terraform {
  backend "azurerm" {
    container_name = "state"
    key            = "terraform.tfstate"
  }
}

resource "terraform_data" "greeting" {
  input = "Hello from entrada!"
}
